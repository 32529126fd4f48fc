/* Frames over the agent's virtio-serial port; docs/agent-protocol.md is the contract, core/agent the other end. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION 2
#define HEADER_SIZE 12
#define FRAME_MARK 0x4b6b
/* The largest frame that we send: the kernel takes 32 KiB per write to a port. */
#define MAX_DATA (32768 - HEADER_SIZE)
/* The largest that we accept: a START with long arguments, a SETUP with files. */
#define MAX_FRAME (4 << 20)

enum frame_type {
	/* guest to host */
	F_HELLO = 1, F_READY = 2, F_FAILED = 3, F_STDOUT = 4, F_STDERR = 5, F_EXIT = 6, F_PONG = 7, F_REFUSED = 8, F_STDIN_CLOSED = 9,
	F_WRITES_LOST = 10, F_KERNEL_LOG = 11,
	/* host to guest */
	F_SETUP = 16, F_START = 17, F_STDIN = 18, F_STDIN_EOF = 19, F_KILL = 20, F_RESIZE = 21, F_PING = 22, F_DUMP = 23, F_SHUTDOWN = 24, F_CLOSE = 25,
	/* both */
	F_CREDIT = 32, F_CLOCK = 33,
};

struct frame { enum frame_type type; uint32_t session; uint8_t *data; uint32_t size; };

/* Looks for the port once: its descriptor, or -1. */
int find_port(void);
/* The host's end is open. */
int host_connected(int port);

void channel_open(int port);
int channel_fd(void);
/* Bytes that the host has not taken yet. */
size_t channel_pending(void);
/* Room for one more data frame without growing a backlog. */
int channel_has_room(void);
void send_frame(enum frame_type type, uint32_t session, const void *data, size_t size);
/* Writes what is pending as far as the host takes it. */
void channel_flush(void);
/* Waits until everything is taken, `milliseconds` at most. */
void channel_drain(int milliseconds);
/* Reads once; 0 when the host has closed its end. */
int channel_fill(void);
/* The next whole frame of what was read; its data hold until the next fill. */
int next_frame(struct frame *frame);
