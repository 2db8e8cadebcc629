import { AppError } from '../../core/errors.ts'
import { addressText, type DeviceAddress } from './device-address.ts'
import { plainText } from './soap-tree.ts'

/** The last answer of the device over HTTP. */
export interface Answer {
  readonly status: number | null
  readonly xml: string
}

export interface ErrorContext {
  readonly address: DeviceAddress
  readonly answer: Answer
  readonly hasLogin: boolean
}

const refused = /not\s*authori[sz]ed|unauthori[sz]ed|FailedAuthentication|requires authori[sz]ation/i
const httpRefused = /^Digest authentication (failed|headers not found)/
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/
const network =
  /^E(CONN|HOST|NET|TIMEDOUT|PIPE|AI_|ADDRNOTAVAIL|ACCES|PERM)|^ENOTFOUND$|^EAI_|^Network timeout$|socket hang up/

/** What went wrong with a device, in the operator's words; says nothing of the login and little of the answer. */
export function deviceError(thrown: unknown, { address, answer, hasLogin }: ErrorContext): AppError {
  if (thrown instanceof AppError) return thrown
  const where = addressText(address)
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const { status, xml } = answer
  if (status === 401 || status === 403 || httpRefused.test(error.message) || refused.test(xml))
    return new AppError(
      'CAMERA_UNAUTHORIZED',
      hasLogin
        ? `${where}: the device refused the user name or password, or what this user asks for; many devices have users of their own for ONVIF, see its settings`
        : `${where}: the device wants a user name and password; give --user`,
    )
  if (certificate.test(code))
    return new AppError(
      'CAMERA_UNREACHABLE',
      `${where}: its certificate is not trusted (${code}); give the authority's in NODE_EXTRA_CA_CERTS`,
    )
  if (network.test(code) || network.test(error.message))
    return new AppError('CAMERA_UNREACHABLE', `${where}: no connection (${code || 'ended early'})`)
  const reason = plainText(error.message) ?? 'no reason given'
  return new AppError(
    'CAMERA_PROTOCOL',
    `${where}: the answer is not what ONVIF says (HTTP ${status ?? '–'}: ${reason}); check the port, and that ONVIF is switched on`,
  )
}
