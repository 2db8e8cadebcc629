import { redactText } from '../telemetry/redact-text.ts'
import type { CameraAddress } from './camera-address.ts'

/**
 * What removes the camera's secrets from a line of ffmpeg's: credentials in any URL, and this camera's password
 * wherever it stands, as it was written and decoded.
 */
export function lineRedactor(address: CameraAddress): (line: string) => string {
  const secrets = address.kind === 'file' ? [] : passwordForms(address.url)
  return (line) => secrets.reduce((text, secret) => text.replaceAll(secret, '***'), redactText(line))
}

/** Longest first, so that no part of one is left behind after a shorter one is gone. */
function passwordForms(url: string): readonly string[] {
  const { password } = new URL(url)
  if (password === '') return []
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^:@]*:(.*)@/i.exec(url)?.[1] ?? ''
  const forms = new Set([password, written, decoded(password)].filter((form) => form !== ''))
  return [...forms].sort((a, b) => b.length - a.length)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
