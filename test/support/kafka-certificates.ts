import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificates {
  /** Paths of PEM files. */
  readonly ca: string
  readonly clientCert: string
  readonly clientKey: string
  /** Key and certificate of the broker in one PEM file, as Kafka's PEM key store wants them. */
  readonly brokerStore: string
}

/** A certificate authority, a broker for localhost and 127.0.0.1, and a client, made with openssl. */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const newKey = ['-newkey', 'rsa:2048', '-nodes']
  const ca = at('ca.pem')
  openssl(
    ...['req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', ca, '-days', '2'],
    ...['-subj', '/CN=Vireo test authority'],
  )
  for (const [name, subject] of [
    ['broker', '/CN=localhost'],
    ['client', '/CN=vireo'],
  ] as const) {
    openssl('req', ...newKey, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', subject)
    writeFileSync(at(`${name}.ext`), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    openssl(
      ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', ca, '-CAkey', at('ca.key'), '-CAcreateserial'],
      ...['-days', '2', '-extfile', at(`${name}.ext`), '-out', at(`${name}.pem`)],
    )
  }
  const brokerStore = at('broker-store.pem')
  writeFileSync(brokerStore, readFileSync(at('broker.key'), 'utf8') + readFileSync(at('broker.pem'), 'utf8'))
  return { ca, clientCert: at('client.pem'), clientKey: at('client.key'), brokerStore }
}
