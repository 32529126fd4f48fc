/* Mounts: the kernel's own file systems, the chosen root, shares inside it, what a command expects to find. */
#pragma once
#include "params.h"

/* /dev, /proc, /sys of the initramfs: the first thing that runs. */
void mount_basics(void);
/* Mounts the root and makes it `/`; 0, or -1 with `problem` filled. */
int enter_root(const struct params *params, char *problem, unsigned size);
/* What the root itself lacks of what was asked for, on any kernel: `ssh-server`, `init`, `directory`, `mount-point`; "" for other failures. */
const char *root_lacks(void);
void note_root_lacks(const char *what);
/* Shares at their places inside the root; as above. */
int mount_shares(const struct params *params, char *problem, unsigned size);
/* `build` of this kernel's modules, where the root has its headers: what a module is compiled with (Documentation/kbuild/modules.rst). */
void link_headers(void);
/* /run, /tmp, /dev/shm, /dev/pts, links in /dev, /sys/fs/cgroup, loopback, resolv.conf. */
void populate_root(const struct params *params);
/* The host name, and in /etc/hosts an address for it. */
void name_guest(const char *name);
/* Terminals need /dev/pts, which another init may not have mounted (yet). */
void mount_devpts(void);
