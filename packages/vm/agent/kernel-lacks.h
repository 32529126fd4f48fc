/* What the kernel itself lacks for this guest: words that the host knows (packages/core/src/agent/messages.ts). */
#pragma once

/* Notes a type of file system, or another word. */
void note_kernel_lacks(const char *word);
/* Why a virtio device is not there: notes `word` when the kernel has no such driver, or else that of the bus; 0 when it has both. */
int look_for_driver(const char *driver, const char *word);
/* Why there is no port to the host; as above. */
int look_for_channel(void);
/* All words that were noted, with commas between them, or "". */
const char *kernel_lacks(void);
