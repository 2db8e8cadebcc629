import { hideAddress } from '../../core/text/hide-credentials.ts'

export interface CleanUrl {
  /** Without login, and without what looks like a secret (`***`). */
  readonly url: string
  readonly host: string
  /** Something was replaced by `***`, so the address does not work as it stands. */
  readonly hidden: boolean
}

const longestUrl = 2000
/** A shorter password may be an ordinary word of the path; it counts as one only where a value stands. */
const wordLength = 8

/**
 * The address that a device gives for a stream, fit to be shown and to be written into a configuration: a `$` is
 * escaped, or a device could have any environment variable put into the address that Vireo then calls.
 * Null when it is no address of a stream.
 */
export function cleanStreamUrl(text: string, password: string | undefined): CleanUrl | null {
  if (text.length > longestUrl || !URL.canParse(text)) return null
  const url = new URL(text)
  if (!/^(rtsps?|https?):$/.test(url.protocol) || url.hostname === '') return null
  url.username = ''
  url.password = ''
  const plain = url.href.replaceAll('$', '%24')
  const shown = hidePassword(hideAddress(plain), password)
  if (password !== undefined && password.length >= wordLength && decoded(shown).includes(password))
    return null
  return { url: shown, host: url.hostname.replace(/^\[|\]$/g, ''), hidden: shown !== plain }
}

/** As it is and as addresses are mostly written; what is written in yet another way is not shown at all. */
function hidePassword(text: string, password: string | undefined): string {
  if (password === undefined || password === '') return text
  const forms = new Set([password, encodeURIComponent(password), encodeURI(password)])
  return [...forms].reduce(
    (hidden, form) =>
      form.length >= wordLength ? hidden.replaceAll(form, '***') : hidden.replaceAll(`=${form}`, '=***'),
    text,
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
