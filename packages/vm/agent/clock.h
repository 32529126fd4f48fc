/* The guest's clock becomes the host's: the time is asked for when it is needed, and the way there and back is measured. */
#pragma once
#include "channel.h"

/* Sends the first question. */
void clock_ask(void);
/* Takes an answer; 1 once the clock is set, 0 while one more answer is awaited. */
int clock_answer(const struct frame *frame);
