/** The ends of a pull request, of the payload that triggered the run. */
export interface PullRequest {
  readonly base: string
  readonly head: string
}

const hash = /^[0-9a-f]{40,64}$/

/** `undefined` for a run of another event. */
export function parsePullRequest(payload: string): PullRequest | undefined {
  try {
    const { pull_request: request } = JSON.parse(payload) as {
      readonly pull_request?: Readonly<Record<string, { readonly sha?: unknown }>>
    }
    const [base, head] = [request?.['base']?.sha, request?.['head']?.sha]
    return typeof base === 'string' && typeof head === 'string' && hash.test(base) && hash.test(head) ? { base, head } : undefined
  } catch {
    return undefined
  }
}
