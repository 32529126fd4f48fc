/* Modules of the kernel that the host put into the initramfs. */
#pragma once

/* Loads them in the order of their list; `problem` names those without which the guest cannot start, and stays "" otherwise. */
void load_modules(char *problem, unsigned size);
