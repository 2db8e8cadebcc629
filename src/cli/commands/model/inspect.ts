import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { describeWholeModel } from '../../../../pipelines/model/describe-whole-model.ts'
import { readModelFile } from '../../../../pipelines/model/read-model-file.ts'
import { loadBundle } from '../../../bundle/load-bundle.ts'
import { readModel } from '../../../onnx/read-model.ts'
import { descriptionLines } from '../../model/description-lines.ts'
import { inputPath } from '../../options/input-path.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function modelInspect(command: Command): void {
  command.registeredArguments[0]!.argParser(inputPath)
  command.addOption(jsonOption()).action(async (path: string, { json }: { json?: boolean }) => {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
    const loaded = isFolder ? await loadBundle(path) : null
    const file = loaded?.graphPath ?? path
    const description = describeWholeModel(readModel(await readModelFile(file), file))
    if (json) return printLine(JSON.stringify({ bundle: loaded?.bundle ?? null, ...description }))
    const shown = loaded ? [stringify(loaded.bundle).trimEnd(), ''] : []
    printLine([...shown, ...descriptionLines(description)].join('\n'))
  })
}
