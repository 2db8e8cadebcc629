import type { ImportResult } from '../../../pipelines/model/import-model.ts'
import type { GraphValue } from '../../onnx/read-model.ts'

/** What an import made, for people. */
export function importLines({
  dir,
  name,
  version,
  given,
  made,
  batch,
  batchReason,
  trial,
  warnings,
}: ImportResult): string[] {
  const values = (list: readonly GraphValue[]) =>
    list.map(({ name, type, shape }) => `${name} ${type} [${shape.join(', ')}]`).join('; ')
  const batches = {
    free: 'any number of clips in one run',
    lifted: 'any number of clips in one run (the fixed batch of 1 was lifted)',
    'one by one': `clips of a batch run one by one (the fixed batch of 1 could not be lifted: ${batchReason})`,
  }
  return [
    `${name} ${version} is in ${dir}`,
    `given       ${values(given.inputs)} -> ${values(given.outputs)}`,
    `made        ${values(made.inputs)} -> ${values(made.outputs)}`,
    `parameters  ${made.parameters.toLocaleString('en-GB')}`,
    `batch       ${batches[batch]}`,
    `one clip    ${trial.latencyMs} ms on the CPU; scores of noise from ${trial.lowest.toPrecision(3)} to ${trial.highest.toPrecision(3)}`,
    ...warnings.map((text) => `WARNING     ${text}`),
  ]
}
