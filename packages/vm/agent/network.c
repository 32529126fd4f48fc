#include "network.h"
#include "files.h"
#include "sys.h"
#include "text.h"

/* include/uapi/linux/sockios.h, if.h */
enum { SIOCADDRT = 0x890B, SIOCSIFFLAGS = 0x8914, SIOCSIFADDR = 0x8916, SIOCSIFNETMASK = 0x891c };
enum { IFF_UP = 0x1, IFF_RUNNING = 0x40, RTF_UP = 0x1, RTF_GATEWAY = 0x2, AF_INET = 2 };

/* struct sockaddr_in; the address in network order. */
struct address { uint16_t family, port; uint8_t ip[4]; uint8_t zero[8]; };
/* struct ifreq; its union is at least as large as the rest. */
struct request { char name[16]; union { short flags; struct address address; char size[24]; }; };
/* struct rtentry (include/uapi/linux/route.h) */
struct route {
	unsigned long pad1;
	struct address destination, gateway, mask;
	unsigned short flags;
	short pad2;
	unsigned long pad3;
	void *pad4;
	short metric;
	char *device;
	unsigned long mtu, window;
	unsigned short irtt;
};

static int datagram_socket(void) { return (int)sys_call(NR_socket, AF_INET, 2 | O_CLOEXEC /* SOCK_DGRAM */, 0, 0, 0); }

static int bring_up(int fd, const char *name)
{
	struct request request = { .flags = IFF_UP | IFF_RUNNING };
	format(request.name, sizeof request.name, "%s", name);
	return sys_ioctl(fd, SIOCSIFFLAGS, &request);
}

void loopback_up(void)
{
	int fd = datagram_socket();
	if (fd < 0) return;
	bring_up(fd, "lo");
	sys_close(fd);
}

static int set(int fd, unsigned long what, const uint8_t ip[4])
{
	struct request request = { .address = { .family = AF_INET } };
	format(request.name, sizeof request.name, "eth0");
	memcpy(request.address.ip, ip, 4);
	return sys_ioctl(fd, what, &request);
}

void set_address(void)
{
	/* As core/cmdline writes them after ip=. */
	static const uint8_t address[4] = { 10, 0, 2, 15 }, mask[4] = { 255, 255, 255, 0 };
	struct route route = {
		.destination = { .family = AF_INET },
		.gateway = { .family = AF_INET, .ip = { 10, 0, 2, 2 } },
		.mask = { .family = AF_INET },
		.flags = RTF_UP | RTF_GATEWAY,
	};
	int answer, fd = datagram_socket();
	if (fd < 0) return;
	if ((answer = set(fd, SIOCSIFADDR, address)) < 0 || (answer = set(fd, SIOCSIFNETMASK, mask)) < 0
	    || (answer = bring_up(fd, "eth0")) < 0 || (answer = sys_ioctl(fd, SIOCADDRT, &route)) < 0) {
		log_line("no network: eth0 gets no address: %s", reason(answer));
	}
	sys_close(fd);
}
