// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the message shows how a variable is written
import { AppError } from '../../core/errors.ts'
import { isSecretName } from '../../core/text/hide-credentials.ts'

const parameter = /([\w.-]{1,48})=((?:(?!_[a-z]{1,20}=)[^&;#/?\s])*)/gi
const loginName = /(?:user|username|usr|login|loginuse|account)$/i
/** Only references to variables, and none with a value for when the variable is not set. */
const onlyVariables = /^(?:\$\{[A-Za-z_][A-Za-z0-9_]*(?::-)?\})*$/

/**
 * Refuses an address with a password in it, before the host, in the path or in the query: one in the file gets into
 * backups and version control.
 *
 * @throws AppError API_BAD_REQUEST
 */
export function refusePassword(url: string): void {
  const login = /^[a-z][a-z0-9+.-]{0,30}:\/\/(.*)@/is.exec(url)?.[1] ?? ''
  const password = login.includes(':') ? login.slice(login.indexOf(':') + 1) : ''
  const parameters = [...url.matchAll(parameter)]
    .filter(([, name]) => isSecretName(name!) && !loginName.test(name!))
    .map(([, , value]) => value!)
  if ([password, ...parameters].every((secret) => onlyVariables.test(secret))) return
  throw new AppError(
    'API_BAD_REQUEST',
    'the address holds a password, which does not belong into the file: write ${NAME} and set the variable',
  )
}
