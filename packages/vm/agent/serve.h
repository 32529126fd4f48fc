/* The agent's life while a host is connected. */
#pragma once

/* HELLO, then SETUP; returns when the guest's own init may continue, or powers off. `problem` is what went wrong before, or "". */
void greet(const char *problem);
/* Serves commands until the host goes away, with 1 next to an init of the root's own; never returns. */
__attribute__((noreturn)) void serve(int beside_init);
/* The port, once its host end is open; -1 after `milliseconds`. */
int wait_for_host(int milliseconds);
