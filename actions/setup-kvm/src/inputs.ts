import { actionInputs } from '@kernelkit/action-kit'

/** What action.yml declares. */
export const inputRows = actionInputs('setup-kvm')
