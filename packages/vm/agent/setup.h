/* What varies per run and comes over the channel: files, host name, ssh. */
#pragma once
#include "channel.h"

/* 0, or -1 with `problem` filled. */
int apply_setup(const struct frame *frame, char *problem, unsigned size);
