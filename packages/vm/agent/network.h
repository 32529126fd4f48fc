/* Network interfaces, by the ioctl calls of netdevice(7). */
#pragma once

void loopback_up(void);
/* The address of a guest on QEMU's user network, for eth0; a kernel with IP_PNP does it itself (ip=). */
void set_address(void);
