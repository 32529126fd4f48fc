import { describe, expect, it } from 'vitest'
import { families } from './families.ts'
import { machineryFiles } from './files.ts'
import * as functions from './functions.ts'
import { isOuter, names, serviceOf } from './match.ts'

const lists = [
  functions.entryFunctions,
  functions.printingFunctions,
  functions.checkingFunctions,
  functions.servingFunctions,
  functions.sharedFunctions,
].map(names)

describe('the generated list of functions', () => {
  it('is of kernels from 4.4 on and holds whole files, each name once and in order', () => {
    expect(functions.machineryVersions.map((version) => version.split('.').slice(0, 2).join('.'))).toEqual(
      expect.arrayContaining(['4.4', '4.15', '5.0', '5.4', '5.10', '6.1', '6.12']),
    )
    for (const names of lists) {
      expect(names).toEqual(names.toSorted())
      expect(names.every((name) => /^\w+$/.test(name))).toBe(true)
    }
    const all = lists.flat()
    expect(new Set(all).size).toBe(all.length)
    expect(all.length).toBeGreaterThan(20_000)
  })

  it('leaves little to be written by hand: families that compilers and macros make, and old names by name', () => {
    const globs = Object.values(families)
      .flat()
      .filter((name: string) => name.includes('*'))
    expect(globs.length).toBeLessThan(80)
    expect(Object.values(families).flat().length).toBeLessThan(240)
    // A glob that begins like an interface of the kernel swallows the tests and drivers that are named after it.
    expect(globs.filter((glob: string) => /^(?:kasan|kmalloc|kmem|vmalloc|mutex|mempool|krealloc|list_|crc|up_|inb)/.test(glob))).toEqual(
      [],
    )
    expect(Object.values(machineryFiles).flat().length).toBeLessThan(400)
  })
})

describe('serviceOf', () => {
  it.each([
    [
      'printing',
      [
        'dump_stack_lvl',
        'print_report',
        'kasan_report',
        '__warn',
        'panic',
        '_printk',
        'hex_string',
        'hex_dump_to_buffer',
        '_dev_info',
        '__asan_load8',
      ],
    ],
    [
      'checking',
      [
        'memcmp',
        '_raw_spin_lock_irqsave',
        '__mutex_lock',
        'kfree',
        'kmem_cache_alloc_node',
        'strnstr',
        'lock_acquire.constprop.0',
        '__pi_memcpy',
      ],
    ],
    [
      'entry',
      [
        'entry_SYSCALL_64_after_hwframe',
        'do_syscall_64',
        'ret_from_fork',
        'process_one_work',
        'kthread',
        'kunit_try_run_case',
        'asm_exc_page_fault',
      ],
    ],
  ] as const)('knows what is %s', (service, names) => {
    expect(names.filter((name) => serviceOf({ function: name }) !== service)).toEqual([])
  })

  it('knows the functions of kernels that are no more, and the labels of their entry code', () => {
    const gone = [
      'warn_slowpath_common',
      'kasan_report_error',
      'del_timer_sync',
      'wait_for_common',
      'crc_itu_t',
      'call_rcu_sched',
      'refcount_inc_checked',
      'retint_kernel',
      'ret_from_intr',
    ]
    expect(gone.filter((name) => serviceOf({ function: name }) === undefined)).toEqual([])
  })

  it('leaves the policies of the scheduler at fault for their own warnings', () => {
    expect(['enqueue_dl_entity', 'update_curr', 'rebalance_domains'].filter((name) => serviceOf({ function: name }) !== undefined)).toEqual(
      [],
    )
  })

  it('does not know functions that only begin like machinery', () => {
    const names = [
      'kmalloc_oob_right',
      'kmem_cache_double_free',
      'kasan_strings',
      'krealloc_uaf',
      'mempool_slab_uaf',
      'vmalloc_oob',
      'vfs_read',
      'ext4_lookup',
    ]
    expect(names.filter((name) => serviceOf({ function: name }) !== undefined)).toEqual([])
  })

  it('knows where modules and built-in code begin: a stack that overflows in one is its own', () => {
    expect(['do_init_module', 'do_one_initcall', 'frob_init'].map(isOuter)).toEqual([true, true, false])
  })

  it('takes no function of a module for one of the core', () => {
    expect(serviceOf({ function: 'pointer', module: 'frob' })).toBeUndefined()
    // But for what it inlines of the kernel's headers.
    expect(serviceOf({ function: '__list_del_entry', module: 'frob', source: 'include/linux/list.h' })).toBeDefined()
    expect(serviceOf({ function: '__list_del_entry', module: 'frob', source: '/src/frob/list.h' })).toBeUndefined()
  })

  it('asks the file where the log names it, and the name where the path is of another directory', () => {
    expect(serviceOf({ function: 'frob', source: 'lib/vsprintf.c' })).toBe('printing')
    expect(serviceOf({ function: 'pointer', source: 'drivers/frob/main.c' })).toBeUndefined()
    expect(serviceOf({ function: 'kasan_strings', source: 'mm/kasan/kasan_test_c.c' })).toBeUndefined()
    expect(serviceOf({ function: 'vsnprintf', source: '/build/linux/lib/vsprintf.c' })).toBe('printing')
  })
})
