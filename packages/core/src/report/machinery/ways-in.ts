import { list } from './list.ts'

/** Where every task, worker and system call begins. */
export const outerFunctions: readonly string[] = list(`
  ret_from_fork* kthread worker_thread process_one_work process_scheduled_works entry_* do_syscall_* do_fast_syscall_*
  __do_fast_syscall_* do_int80_* do_SYSENTER_32 x64_sys_call ia32_sys_call invoke_syscall* el0_* el0t_* do_el0_svc* ret_fast_syscall
  ret_to_user* secondary_startup* start_secondary start_kernel rest_init cpu_startup_entry do_idle system_call* syscall_exit_*
  __do_syscall handle_syscall
  # The layers between a system call and the subsystem that it reaches.
  __x64_sys_* __ia32_sys_* __arm64_sys_* __riscv_sys_* __se_sys_* __do_sys_* __sys_* ___sys_* ____sys_* ksys_* SyS_* SYSC_* sys_*
  do_sys_* vfs_* do_iter_* do_writev do_readv new_sync_* __vfs_* sock_sendmsg* __sock_* sock_write_iter sock_read_iter sock_common_*
  sock_do_ioctl sock_ioctl netlink_* rtnetlink_rcv* genl_*
`)

/** Where an interrupt came in: what is above it is the interrupt's own work. */
export const interruptFunctions: readonly string[] = list(`
  asm_sysvec_* asm_common_interrupt common_interrupt ret_from_intr apic_timer_interrupt reschedule_interrupt call_function_*interrupt
  el1_irq el1h_64_irq el1_interrupt __irq_svc __irq_usr handle_exception ret_from_exception handle_arch_irq hardware_interrupt_common*
  decrementer_common* ext_int_handler io_int_handler nmi end_repeat_nmi asm_exc_nmi
`)
