import { type ConfigDiff, diffConfig, restartOf } from '../../src/config/diff.ts'
import { parseConfig } from '../../src/config/load.ts'
import { requestMayRefer } from '../../src/config/request-variables.ts'
import type { Config } from '../../src/config/schema.ts'
import type { SiteDiff } from '../../src/http/site-port.ts'

export interface DiffPlan {
  readonly text: string
  readonly file: string
  readonly env: NodeJS.ProcessEnv
  /** Of a text that a request sent: that of the file, which says what it may refer to. Absent: all. */
  readonly fileText?: string
  readonly running: Config
  readonly started: Config
}

/** What a configuration has otherwise than what runs. @throws AppError CONFIG_… */
export function diffOfText({ text, file, env, fileText, running, started }: DiffPlan): SiteDiff {
  const { allowVariables } = started.http
  const mayRefer = fileText === undefined ? {} : { mayRefer: requestMayRefer(fileText, allowVariables) }
  const wanted = parseConfig(text, { file, env, ...mayRefer })
  return { ...fromRunning(running, started, wanted), restart: restartOf(diffConfig(started, wanted)) }
}

/** Models and sections are compared with what the process was started with: a reload does not take them. */
function fromRunning(running: Config, started: Config, wanted: Config): Omit<SiteDiff, 'restart'> {
  const live = diffConfig(running, wanted)
  const fixed: ConfigDiff = diffConfig(started, wanted)
  const still = new Set(restartOf(fixed))
  const sections = live.sections.filter((section) => !restartOf(live).includes(section))
  return {
    ...live,
    models: fixed.models,
    sections: [...sections, ...fixed.sections.filter((section) => still.has(section))],
  }
}
