#include "kernel-lacks.h"
#include "files.h"
#include "text.h"

/* Longer than all words together. */
static char noted[128];

const char *kernel_lacks(void) { return noted; }

void note_kernel_lacks(const char *word)
{
	char before[sizeof noted];
	for (const char *at = noted; *at; at++) if ((at == noted || at[-1] == ',') && begins(at, word)) return;
	format(before, sizeof before, "%s", noted);
	format(noted, sizeof noted, "%s%s%s", before, *before ? "," : "", word);
}

int look_for_driver(const char *driver, const char *word)
{
	/* Without sysfs nothing can be said. */
	if (!exists("/sys/bus")) return 0;
	/* A microvm has its devices in ACPI (hw/i386/acpi-microvm.c of QEMU), every other machine on PCI. */
	if (exists(driver)) word = exists("/sys/bus/acpi/devices/LNRO0005:00") ? "virtio-mmio" : "virtio-pci";
	if (exists(driver) && has_entries("/sys/bus/virtio/devices")) return 0;
	note_kernel_lacks(word);
	return 1;
}

int look_for_channel(void) { return look_for_driver("/sys/class/virtio-ports", "virtio-console"); }
