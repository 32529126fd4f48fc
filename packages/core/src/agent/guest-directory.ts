/** What the host gives one VM lies here in its guest, in memory: keys, the configuration of sshd. The agent's C sources name it too. */
export const guestFolder = '/run/kernelkit'
