import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import type { ModelRegistry } from '../../../registry/model-registry.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type RegistryOptions, withRegistry } from './with-registry.ts'

interface Options extends RegistryOptions {
  reason: string
  now?: boolean
  wait?: boolean
}

export function modelPromote(command: Command): void {
  command
    .addOption(configOption())
    .option('--reason <text>', 'why; kept in the history', 'promoted by hand')
    .option('--now', 'without a shadow, even if the model is running')
    .option('--wait', 'end when the running vireo has taken it or refused it')
    .addOption(jsonOption())
    .action((name: string, version: string, options: Options) =>
      withRegistry(options, async (registry) => {
        const why = { reason: options.reason }
        const shadows = !options.now && registry.isAttended(name) && registry.state(name).live !== null
        if (shadows) await registry.shadow(name, version, why)
        else await registry.promote(name, version, why)
        if (shadows && options.wait) await decision(registry, name, version)
        const state = registry.state(name)
        const text =
          state.live === version
            ? `${name} ${version} is live${state.previous ? ` (before: ${state.previous})` : ''}`
            : `${name} ${version} judges live clips unheard; it takes over if it agrees (vireo model show ${name})`
        printLine(options.json ? JSON.stringify(state) : text)
      }),
    )
}

/** Resolves when the version is live. @throws AppError REGISTRY_STATE when it was refused */
async function decision(registry: ModelRegistry, name: string, version: string): Promise<void> {
  for (;;) {
    const { live, shadow } = registry.state(name)
    if (live === version) return
    if (shadow !== version) {
      const reason = registry.history(name).at(-1)?.reason ?? ''
      throw new AppError('REGISTRY_STATE', `${name} ${version} was not taken: ${reason}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
