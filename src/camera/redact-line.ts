import { credentialSpans, hideSpans, type Span } from '../core/text/hide-credentials.ts'
import type { CameraAddress } from './camera-address.ts'

/**
 * What removes the camera's secrets from a line of ffmpeg's: credentials in any URL, and this camera's password
 * wherever it stands, as it was written and decoded.
 */
export function lineRedactor(address: CameraAddress): (line: string) => string {
  const secrets = address.kind === 'file' ? [] : passwordForms(address.url)
  // All are looked for in the line as it came: hiding one first could cut another in two and leave a part of it.
  return (line) =>
    hideSpans(line, [...credentialSpans(line), ...secrets.flatMap((secret) => spansOf(line, secret))])
}

function spansOf(line: string, secret: string): Span[] {
  const spans: Span[] = []
  for (let at = line.indexOf(secret); at >= 0; at = line.indexOf(secret, at + 1))
    spans.push([at, at + secret.length])
  return spans
}

function passwordForms(url: string): readonly string[] {
  const { password } = new URL(url)
  if (password === '') return []
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^:@]*:(.*)@/i.exec(url)?.[1] ?? ''
  return [...new Set([password, written, decoded(password)].filter((form) => form !== ''))]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
