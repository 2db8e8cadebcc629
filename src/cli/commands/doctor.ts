import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../../config/load.ts'
import { errorClass } from '../../core/errors.ts'
import { examine } from '../doctor-checks.ts'
import { jsonOption } from '../options/usual-options.ts'
import { printLine } from '../print-line.ts'
import { pruneInstall } from '../prune-install.ts'

export function doctor(command: Command): void {
  command
    .option('-c, --config <file>', 'configuration file; without it Kafka is not checked')
    .option('--prune', 'first take away what this installation never uses: libraries for other platforms')
    .addOption(jsonOption())
    .action(async (options: { config?: string; prune?: boolean; json?: boolean }) => {
      if (options.prune) await prune()
      const checks = await examine(options.config === undefined ? undefined : loadConfig(options.config))
      const failed = checks.find((check) => check.status === 'fail')
      if (options.json) printLine(JSON.stringify({ ok: !failed, checks }))
      else {
        const width = Math.max(...checks.map((check) => check.name.length))
        for (const { name, status, detail } of checks)
          printLine(`${status.padEnd(5)} ${name.padEnd(width)}  ${detail}`)
      }
      if (failed?.code) process.exitCode = errorClass(failed.code).exitCode
    })
}

async function prune(): Promise<void> {
  const require = createRequire(import.meta.url)
  const folderOf = (name: string) => {
    try {
      return dirname(require.resolve(`${name}/package.json`))
    } catch {
      return null
    }
  }
  const { paths, bytes } = await pruneInstall({
    onnxRuntimeDir: folderOf('onnxruntime-node'),
    nodeDir: folderOf('node'),
    platform: process.platform,
    arch: process.arch,
  })
  for (const path of paths) process.stderr.write(`removed ${path}\n`)
  process.stderr.write(`${Math.round(bytes / 2 ** 20)} MiB freed\n`)
}
