"""The kernel's log out of its ring buffer (kernel/printk/printk_ringbuffer.h, since 5.10)."""

COMMITTED, FINALIZED = 1, 2


def kernel_log(settings, memory):
    need = settings.need
    word = settings.word
    ring = memory.kernel_word(memory.symbol("prb"))
    number = memory.number
    value = lambda member: memory.kernel_word(ring + need("printk_ringbuffer." + member))
    bits = lambda member: int.from_bytes(memory.kernel(ring + need("printk_ringbuffer." + member), 4), "little")
    count = 1 << bits("desc_ring.count_bits")
    size = 1 << bits("text_data_ring.size_bits")
    descs = memory.kernel(value("desc_ring.descs"), count * settings.size("prb_desc"))
    infos = memory.kernel(value("desc_ring.infos"), count * settings.size("printk_info"))
    text = memory.kernel(value("text_data_ring.data"), size)
    shift = 8 * word - 2
    mask = (1 << shift) - 1
    at = value("desc_ring.tail_id") & mask
    head = value("desc_ring.head_id") & mask
    for _ in range(count):
        desc = (at % count) * settings.size("prb_desc")
        info = (at % count) * settings.size("printk_info")
        part = lambda member, start=desc: number(descs[start + need(member) : start + need(member) + word])
        state = part("prb_desc.state_var")
        begin, end = part("prb_desc.text_blk_lpos.begin"), part("prb_desc.text_blk_lpos.next")
        # An odd position is that of a record without text.
        if state & mask == at and state >> shift in (COMMITTED, FINALIZED) and not begin & 1:
            # A block that would go over the end is at the beginning; one that just fits is there in older kernels only.
            possible = [begin % size] if begin // size == end // size else [0, begin % size]
            # It begins with the number of its record.
            places = [place for place in possible if number(text[place : place + word]) & mask == at]
            length = int.from_bytes(infos[info + need("printk_info.text_len") :][:2], "little")
            time = int.from_bytes(infos[info + need("printk_info.ts_nsec") :][:8], "little") // 1000
            for start in places[:1]:
                lines = text[start + word : start + word + length].decode("utf-8", "replace").split("\n")
                yield from ("[%5d.%06d] %s" % (time // 1000000, time % 1000000, line) for line in lines)
        if at == head:
            return
        at = (at + 1) & mask
