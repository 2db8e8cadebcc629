import type { Command } from 'commander'

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Check what this machine has: ffmpeg, inference providers, GPU, Kafka, disk.')
    .option('-c, --config <file>', 'configuration file; without it Kafka is not checked')
    .option('--json', 'JSON output')
    .action(async (options: { config?: string; json?: boolean }) => {
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
