/** Directory of a guest, in memory, with what the host gives this one VM: keys, the configuration of sshd. The agent's C sources name it too. */
export const guestDirectory = '/run/kernelkit'
