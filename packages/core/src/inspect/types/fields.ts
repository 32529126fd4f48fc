/**
 * Members of the kernel's types that an inspection reads. A kernel has some of two names that changed: `state` became `__state` in 5.14, `mmap` `mm_mt` in
 * 6.1, `thread_group` `thread_node`, `core_layout` `mem` in 6.4.
 */
export const neededFields = [
  'task_struct.tasks',
  'task_struct.thread_node',
  'task_struct.pid',
  'task_struct.tgid',
  'task_struct.comm',
  'task_struct.__state',
  'task_struct.state',
  'task_struct.exit_state',
  'task_struct.mm',
  'task_struct.stack',
  'task_struct.real_parent',
  'task_struct.signal',
  'task_struct.on_cpu',
  'task_struct.thread.sp',
  'task_struct.thread.sp0',
  'task_struct.lockdep_depth',
  'task_struct.held_locks',
  'signal_struct.thread_head',
  'held_lock.instance',
  'held_lock.acquire_ip',
  'lockdep_map.name',
  'mm_struct.pgd',
  'mm_struct.mmap',
  'mm_struct.mm_mt',
  'mm_struct.exe_file',
  'mm_struct.saved_auxv',
  'mm_struct.start_brk',
  'mm_struct.start_stack',
  'maple_tree.ma_root',
  'maple_range_64.pivot',
  'maple_range_64.slot',
  'maple_arange_64.pivot',
  'maple_arange_64.slot',
  'vm_area_struct.vm_start',
  'vm_area_struct.vm_end',
  'vm_area_struct.vm_next',
  'vm_area_struct.vm_flags',
  'vm_area_struct.vm_pgoff',
  'vm_area_struct.vm_file',
  'file.f_path.dentry',
  'file.f_path.mnt',
  'dentry.d_parent',
  'dentry.d_name.name',
  'mount.mnt',
  'mount.mnt_ns',
  'mount.mnt_parent',
  'mount.mnt_mountpoint',
  'printk_ringbuffer.desc_ring.count_bits',
  'printk_ringbuffer.desc_ring.descs',
  'printk_ringbuffer.desc_ring.infos',
  'printk_ringbuffer.desc_ring.head_id',
  'printk_ringbuffer.desc_ring.tail_id',
  'printk_ringbuffer.text_data_ring.size_bits',
  'printk_ringbuffer.text_data_ring.data',
  'prb_desc.state_var',
  'prb_desc.text_blk_lpos.begin',
  'prb_desc.text_blk_lpos.next',
  'printk_info.seq',
  'printk_info.ts_nsec',
  'printk_info.text_len',
  'pcpu_hot.current_task',
  'module.list',
  'module.name',
  'module.state',
  'module.sect_attrs',
  'module.mem',
  'module_memory.base',
  'module.core_layout.base',
  'attribute_group.bin_attrs',
  'bin_attribute.attr.name',
  'bin_attribute.private',
] as const

export type NeededField = (typeof neededFields)[number]

/** Types whose size is needed: elements of arrays, and the place of registers at the end of a stack. */
export const neededTypes = [
  'task_struct',
  'held_lock',
  'prb_desc',
  'printk_info',
  'pt_regs',
  'file',
  'path',
  'maple_range_64',
  'maple_arange_64',
  'bin_attribute',
] as const

export type NeededType = (typeof neededTypes)[number]

const neededNames: readonly (NeededField | NeededType)[] = [...neededFields, ...neededTypes]

/** Where members are in the types of one kernel, and how large they are. */
export interface TypeTable {
  /** Bytes from the beginning of the type; `undefined` where this kernel has no such member. */
  offset(field: NeededField): number | undefined
  /** Bytes of a member. */
  size(field: NeededField): number | undefined
  sizeOf(type: NeededType): number | undefined
  /** Members and types that the table does not know of: it was made for a program that needed others. */
  readonly unknown: readonly (NeededField | NeededType)[]
}

/** One line for each member and type: `task_struct.pid 1256 4`, `task_struct 9600`; a name alone is of one that this kernel does not have. */
export function parseTypeTable(text: string): TypeTable | undefined {
  const rows = new Map<string, readonly number[]>()
  for (const line of text.split('\n')) {
    const [name = '', ...numbers] = line.trim().split(/\s+/)
    if (name !== '' && numbers.every((number) => /^\d{1,9}$/.test(number))) rows.set(name, numbers.map(Number))
  }
  // Nothing is found without these.
  if (rows.get('task_struct.tasks')?.[0] === undefined || rows.get('task_struct.comm')?.[0] === undefined) return undefined
  return {
    unknown: neededNames.filter((name) => !rows.has(name)),
    offset: (field) => rows.get(field)?.[0],
    size: (field) => rows.get(field)?.[1],
    sizeOf: (type) => rows.get(type)?.[0],
  }
}

/** The text of a table. */
export function writeTypeTable({ offset, size, sizeOf, unknown }: TypeTable): string {
  const fields = neededFields.map((field) => {
    const at = offset(field)
    return { name: field, line: at === undefined ? field : `${field} ${at} ${size(field) ?? 0}` }
  })
  const types = neededTypes.map((type) => ({ name: type, line: [type, sizeOf(type)].join(' ').trimEnd() }))
  return [...fields, ...types].map(({ name, line }) => (unknown.includes(name) ? '' : `${line}\n`)).join('')
}

/** Commands of gdb that print a table out of full debug information; of what a kernel lacks, and where only the names of types are known, gdb says so on stderr. */
export const typeCommands: readonly string[] = [
  // It would be that of the first file, which may be in assembler or Rust.
  'set language c',
  ...neededFields.map((field) => {
    const [type = '', ...path] = field.split('.')
    const member = `((struct ${type} *)0)->${path.join('.')}`
    return String.raw`printf "${field} %lu %lu\n", (unsigned long)&${member}, (unsigned long)sizeof(${member})`
  }),
  ...neededTypes.map((type) => String.raw`printf "${type} %lu\n", (unsigned long)sizeof(struct ${type})`),
]

/** The table that gdb printed. */
export function readTypeAnswers(printed: string): TypeTable | undefined {
  return parseTypeTable(
    `${printed}\n${neededNames.filter((name) => !new RegExp(`^${name.replaceAll('.', '[.]')} \\d`, 'm').test(printed)).join('\n')}`,
  )
}
