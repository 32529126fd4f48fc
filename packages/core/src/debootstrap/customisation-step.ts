/** One change to a fresh root file system: plain data, rendered to shell by {@link renderCustomisation}. Paths are absolute inside the root. */
export type CustomisationStep = (
  | { readonly kind: 'write'; readonly why: string; readonly path: string; readonly content: string; readonly mode?: number }
  | { readonly kind: 'link'; readonly why: string; readonly path: string; readonly target: string }
  | { readonly kind: 'mkdir'; readonly why: string; readonly path: string; readonly mode: number }
  /** Shell patterns; what does not exist is fine. */
  | { readonly kind: 'remove'; readonly why: string; readonly patterns: readonly string[] }
  /** `sed -E -i EXPRESSION` on a file that must exist. */
  | { readonly kind: 'edit'; readonly why: string; readonly path: string; readonly expression: string }
) & {
  /** Only in a root that has this path, or lacks it: suites differ, and what they hold says more than their names. */
  readonly when?: { readonly has: string } | { readonly lacks: string }
}
