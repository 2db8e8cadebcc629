// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the message shows how a variable is written
import { AppError } from '../core/errors.ts'

/**
 * Refuses an address with a password in it: one in the file gets into backups and version control.
 *
 * @throws AppError API_BAD_REQUEST
 */
export function refusePassword(url: string): void {
  const login = /^[a-z]+:\/\/(.*)@/i.exec(url)?.[1] ?? ''
  const password = login.includes(':') ? login.slice(login.indexOf(':') + 1) : ''
  if (password === '' || /^\$\{.*\}$/.test(password)) return
  throw new AppError(
    'API_BAD_REQUEST',
    'the address holds a password, which does not belong into the file: write ${NAME} and set the variable',
  )
}
