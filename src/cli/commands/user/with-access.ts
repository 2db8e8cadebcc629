import { userInfo } from 'node:os'
import { type Access, openAccess } from '../../../access/open-access.ts'
import { newPassword } from '../../../access/secrets.ts'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { systemClock } from '../../../core/clock.ts'
import { toAppError } from '../../../core/errors.ts'
import { noTelemetry } from '../../../core/telemetry-port.ts'
import { readPassword } from '../../read-password.ts'

export interface AccessOptions {
  config: string
  json?: boolean
}

/** What a command does, for the record. */
interface Change {
  readonly action: string
  readonly object: string
}

/** Does something with the users of a data directory, beside `vireo run` or without it; a change is noted. */
export async function withAccess(
  { config: file }: AccessOptions,
  work: (access: Access) => unknown,
  change?: Change,
): Promise<void> {
  const { dataDir, http } = loadConfigToRead(file)
  const access = openAccess({ dataDir, http, clock: systemClock, log: noTelemetry.log })
  const note = (result: string) => {
    if (change) access.audit.note({ who: whoAmI(), via: 'cli', address: 'this machine', ...change, result })
  }
  try {
    await work(access)
    note('ok')
  } catch (thrown) {
    note(toAppError(thrown).code)
    throw thrown
  } finally {
    access.close()
  }
}

/** A password that is asked for, or one that is made up. */
export async function chosenPassword(name: string, generate: boolean): Promise<string> {
  if (generate) return newPassword()
  return readPassword('VIREO_USER_PASSWORD', `New password of ${name}: `)
}

/** The name of the machine's user; a number may have none. */
export function whoAmI(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
