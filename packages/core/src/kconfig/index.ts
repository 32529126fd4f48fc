export { mergeRequests, overruledRequests, type ConfigOrigin, type ConfigRequest, type ConfigValue, type OriginKind } from './request.ts'
export {
  parseAssignment,
  parseDotConfig,
  parseFragment,
  renderFragment,
  renderLine,
  renderValue,
  type ConfigValues,
} from './config-text.ts'
export { moduleRequests, type ModuleRequests } from './module-requests.ts'
export { joinArgv, overlayArgv } from './overlay-argv.ts'
export type { Expression } from './expression.ts'
export { sourcedFiles, type KconfigVariables } from './lines.ts'
export { parseKconfigTree, type ParseTreeOptions } from './parse-tree.ts'
export type { Condition, KconfigChoice, KconfigSymbol, KconfigTree, Selection, SymbolDefinition } from './tree.ts'
export type { Obstacle } from './outcome.ts'
export type { Addition } from './resolve.ts'
export {
  checkConfig,
  renderAddition,
  renderUnmet,
  type CheckOptions,
  type ConfigCheck,
  type UnknownSymbol,
  type UnmetRequest,
} from './check.ts'
export { always } from './fragments/always.ts'
export { alwaysRequests, defaultPresets, kunitPresets, presetRequests, presets } from './fragments/presets.ts'
export type { Fragment, FragmentOption } from './fragments/fragment.ts'
