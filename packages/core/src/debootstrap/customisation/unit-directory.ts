/** Units here win over the packages' own (systemd.unit(5)); a link to /dev/null masks one. */
export const unitDirectory = '/etc/systemd/system'
