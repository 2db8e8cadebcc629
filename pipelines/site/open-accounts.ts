import { type Access, openAccess } from '../../src/access/open-access.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { FileGuard } from '../../src/store/file-guard.ts'

export interface FirstAdmin {
  readonly name: string
  readonly password: string
}

/**
 * The users of a site, those of its configuration among them. Where people log in and there is no admin one is made, if
 * somebody is there to be told.
 */
export async function openAccounts(options: {
  readonly config: Config
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly guard: Pick<FileGuard, 'watch'>
  readonly onFirstAdmin?: (admin: FirstAdmin) => void
}): Promise<Access> {
  const { config, clock, telemetry, guard, onFirstAdmin } = options
  const { dataDir, http } = config
  const access = openAccess({ dataDir, http, clock, log: telemetry.log, guard })
  try {
    const made = await access.prepare(http.users, { firstAdmin: !!onFirstAdmin && http.access !== 'open' })
    if (made) onFirstAdmin?.(made)
    return access
  } catch (thrown) {
    access.close()
    throw thrown
  }
}
