/* What the kernel command line asks of us: words that begin with `kernelkit.`; all of them are set by core/cmdline. */
#pragma once

#define MAX_MOUNTS 32

/* tag: as it is for 9p, after `virtiofs:` for virtiofs. */
struct share { char tag[48]; char to[512]; char mode[4]; };

struct params {
	char root_kind[12];   /* disk, 9p, virtiofs, initramfs */
	char root_source[256]; /* device or mount tag */
	char root_type[16];   /* file system of a disk */
	char root_mode[4];    /* rw, ro, cow */
	char init[256];       /* "agent", or the program to run as first process */
	char hostname[65];
	int mask;             /* the root is a running machine's: hide its run-time directories */
	int nosuid;           /* owners of shares are not the host's: setuid bits mean nothing */
	int network;          /* the guest is on QEMU's network: the kernel was given an address (ip=), or we set it */
	int set_address;      /* the kernel does not read ip= */
	int crypto_tests;     /* the kernel left out the self-tests of its crypto algorithms (cryptomgr.notests): those loaded later are tested */
	int share_count;
	struct share shares[MAX_MOUNTS];
	char problem[256];    /* a word that makes no sense, or "" */
};

void parse_params(struct params *params, char *command_line);
