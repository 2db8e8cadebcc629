import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kafkaSchema } from '../../../../src/config/schema/kafka-schema.ts'
import { AppError } from '../../../../src/core/errors.ts'
import { kafkaSasl, kafkaScrubber, readKafkaTls } from '../../../../src/event/kafka/kafka-settings.ts'
import { tempDir } from '../../../support/temp-dir.ts'

/** A self-signed certificate whose key nobody has. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUOHnGTUuTuONJM0bcR/KGQ14NfP8wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPVmlyZW8gdW5pdCB0ZXN0MCAXDTI2MTEyNDExMTM0NloYDzIx
MjYxMDMxMTExMzQ2WjAaMRgwFgYDVQQDDA9WaXJlbyB1bml0IHRlc3QwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAASeLYhWWwsPuE8nvwtG5OQGSBHwP5TjHSsUsrU4
mBdP90EmEzvWRzcC5/BBnZgFg8jrtkC/2Bxo7g6EqxNiwvI4o1MwUTAdBgNVHQ4E
FgQUP9aQOFXEU52cjJmClvhjsrX8gFAwHwYDVR0jBBgwFoAUP9aQOFXEU52cjJmC
lvhjsrX8gFAwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA3+mE
xcqJZaMQJpgvQaD/2+sJfIgj5DoNedvgZJBxMpMCIGsuPUrd/9WzGSCacJ2WRNbw
uzveuGcm8ZKxwE52L0Q0
-----END CERTIFICATE-----
`
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const folder = tempDir('kafka-settings')
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const refusal = (ssl: object): AppError => {
  try {
    readKafkaTls({ rejectUnauthorized: true, ...ssl })
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('it was accepted')
}

describe('readKafkaTls', () => {
  it('is off, on with the machine’s authorities, or as configured', () => {
    expect(readKafkaTls(false)).toBeNull()
    expect(readKafkaTls(true)).toEqual({ rejectUnauthorized: true })
    expect(readKafkaTls({ rejectUnauthorized: false })).toEqual({ rejectUnauthorized: false })
  })

  it('takes PEM text and a path alike, and reads the file anew each time', () => {
    const fromText = readKafkaTls({ ca: certificate, rejectUnauthorized: true })
    const path = file('ca.pem', certificate)
    expect(readKafkaTls({ ca: path, rejectUnauthorized: true })).toEqual(fromText)
    expect(fromText).toEqual({ ca: certificate, rejectUnauthorized: true })
    file('ca.pem', `# renewed\n${certificate}`)
    expect(readKafkaTls({ ca: path, rejectUnauthorized: true })?.ca).toContain('# renewed')
  })

  it.each([
    ['a path that is not there', { ca: '/nowhere/ca.pem' }, /kafka\.ssl\.ca.*\/nowhere\/ca\.pem.*ENOENT/],
    ['a file without PEM', { ca: file('empty.pem', 'hello') }, /kafka\.ssl\.ca.*empty\.pem.*no PEM/],
    ['a certificate without its key', { cert: certificate }, /both cert and key/],
    ['a key without its certificate', { key: otherKey }, /both cert and key/],
    ['a broken certificate', { ca: '-----BEGIN CERTIFICATE-----\nAAAA' }, /ca cannot be used/],
    ['a key of another certificate', { cert: certificate, key: otherKey }, /cert and key together/],
  ])('refuses %s', (_what, ssl, text) => {
    const error = refusal(ssl)
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toMatch(text)
  })

  it('never repeats a key, not even one that was pasted without its header', () => {
    const error = refusal({ cert: certificate, key: 'MIGHAgEAMBMGByqGSM49SECRET' })
    expect(error.message).toContain('kafka.ssl.key')
    expect(`${error.message}${JSON.stringify(error.details)}${error.cause}`).not.toContain('SECRET')
  })
})

describe('kafkaScrubber', () => {
  it('takes password and key out of any text', () => {
    const kafka = kafkaSchema.parse({
      brokers: ['b:1'],
      ssl: { cert: certificate, key: otherKey },
      sasl: { mechanism: 'plain', username: 'u', password: 'a+b(c' },
    })
    const scrub = kafkaScrubber(kafka)
    expect(scrub(`x a+b(c y a+b(c ${otherKey}`)).toBe('x *** y *** ***')
    expect(kafkaSasl(kafka.sasl)).toEqual({ mechanism: 'plain', username: 'u', password: 'a+b(c' })
    expect(kafkaSasl(undefined)).toBeUndefined()
  })
})
