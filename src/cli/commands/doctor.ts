import type { Command } from 'commander'

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Check what this machine has: ffmpeg, inference providers, GPU, Kafka, disk.')
    .option('-c, --config <file>', 'configuration file; without it Kafka is not checked')
    .option('--prune', 'first take away what this installation never uses: libraries for other platforms')
    .option('--json', 'JSON output')
    .action(async (options: { config?: string; prune?: boolean; json?: boolean }) => {
      if (options.prune) await prune()
      const { examine } = await import('../doctor-checks.ts')
      const { errorClass } = await import('../../core/errors.ts')
      const { loadConfig } = await import('../../config/load.ts')
      const checks = await examine(options.config === undefined ? undefined : loadConfig(options.config))
      const failed = checks.find((check) => check.status === 'fail')
      if (options.json) process.stdout.write(`${JSON.stringify({ ok: !failed, checks })}\n`)
      else {
        const width = Math.max(...checks.map((check) => check.name.length))
        for (const { name, status, detail } of checks)
          process.stdout.write(`${status.padEnd(5)} ${name.padEnd(width)}  ${detail}\n`)
      }
      if (failed?.code) process.exitCode = errorClass(failed.code).exitCode
    })
}

async function prune(): Promise<void> {
  const { createRequire } = await import('node:module')
  const { dirname } = await import('node:path')
  const { pruneInstall } = await import('../prune-install.ts')
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
