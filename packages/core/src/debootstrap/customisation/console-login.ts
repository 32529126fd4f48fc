import type { Arch } from '../../arch/index.ts'
import type { CustomisationStep } from '../customisation-step.ts'
import { unitDirectory } from './unit-directory.ts'

/** Root logs in on every console without a password. */
export const consoleLogin = ({ console }: Pick<Arch, 'console'>): readonly CustomisationStep[] => [
  {
    kind: 'edit',
    why: 'root has no password on the consoles (passwd(5): an empty second field)',
    path: '/etc/passwd',
    expression: 's/^root:[^:]*:/root::/',
  },
  { kind: 'edit', why: 'the same in shadow(5), which is asked first', path: '/etc/shadow', expression: 's/^root:[^:]*:/root::/' },
  {
    kind: 'write',
    why: "a login on a serial console without waiting for udev's device unit; skipped when the console has no device behind it (hvc0 without a virtio console)",
    path: `${unitDirectory}/serial-getty@.service`,
    content: `[Unit]
Description=Login on %I
After=systemd-user-sessions.service
Before=getty.target
Conflicts=rescue.service
Before=rescue.service
IgnoreOnIsolate=yes

[Service]
ExecCondition=/bin/sh -c 'exec 3<>/dev/%I'
ExecStart=-/sbin/agetty -o '-p -- \\\\u' --noclear --keep-baud 115200,57600,38400,9600 - $TERM
Type=idle
Restart=always
UtmpIdentifier=%I
StandardInput=tty
StandardOutput=tty
TTYPath=/dev/%I
TTYReset=no
TTYVHangup=yes
# Named and sized here, or systemd 257 and newer asks the terminal, waits when nobody answers, and eats what is typed meanwhile.
Environment=TERM=xterm-256color
TTYRows=24
TTYColumns=80
IgnoreSIGPIPE=no
SendSIGHUP=yes

[Install]
WantedBy=getty.target
`,
  },
  {
    kind: 'link',
    why: 'login on the virtio console',
    path: `${unitDirectory}/getty.target.wants/serial-getty@hvc0.service`,
    target: `${unitDirectory}/serial-getty@.service`,
  },
  {
    kind: 'link',
    why: 'login on the first serial port',
    path: `${unitDirectory}/getty.target.wants/serial-getty@${console}.service`,
    target: `${unitDirectory}/serial-getty@.service`,
  },
]
