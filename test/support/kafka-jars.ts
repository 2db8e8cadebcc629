import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasTool } from './prepare-machine.ts'

const pom = join(import.meta.dirname, 'kafka-pom.xml')
const cache = join(import.meta.dirname, '../../.cache/kafka')
const attempts = 3
const leastJava = 17

/** The folder of jars; its name changes with the pom, so that a new version is fetched. */
function jarFolder(): string {
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12)
  return join(cache, `jars-${version}`)
}

export function kafkaClassPath(): string {
  return join(jarFolder(), '*')
}

export function hasKafkaJars(): boolean {
  return existsSync(jarFolder())
}

/** Whether a Java that Kafka 4 runs on is in PATH. */
export function hasJava(): boolean {
  if (!hasTool('java')) return false
  const said = execFileSync('java', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return Number(/\b(\d+)[.\s]/.exec(said)?.[1] ?? 0) >= leastJava
}

/** Whether that Java runs a source file as it is: a runtime without the compiler does not. */
export function runsJavaSource(): boolean {
  if (!hasJava()) return false
  return execFileSync('java', ['--list-modules'], { encoding: 'utf8' }).includes('jdk.compiler@')
}

/**
 * Fetches Apache Kafka's server and its dependencies through Maven, once, into .cache/kafka. Throws with Maven's
 * last words when it cannot.
 */
export async function fetchKafkaJars(log: (line: string) => void): Promise<void> {
  const folder = jarFolder()
  if (existsSync(folder)) return
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  log('fetching Apache Kafka through Maven (about 50 MB, once)…')
  for (let attempt = 1; ; attempt += 1) {
    const said = await copyDependencies(partial, log)
    if (said === null) break
    if (attempt === attempts) {
      rmSync(partial, { recursive: true, force: true })
      throw new Error(`Maven could not fetch Apache Kafka: ${said}`)
    }
    log(`Maven failed (${said}); trying again…`)
    await sleep(3000 * attempt)
  }
  writeFileSync(join(partial, 'complete'), '')
  // Another process may have been faster; then its folder is as good.
  if (existsSync(folder)) rmSync(partial, { recursive: true, force: true })
  else renameSync(partial, folder)
  log('Apache Kafka is there.')
}

/** Resolves with null, or with the first error line. */
function copyDependencies(folder: string, log: (line: string) => void): Promise<string | null> {
  return new Promise((resolve) => {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`]
    const child = spawn('mvn', ['-B', '-f', pom, ...goal], { stdio: ['ignore', 'pipe', 'ignore'] })
    let error = ''
    let copied = 0
    createInterface(child.stdout).on('line', (line) => {
      if (/^\[INFO\] Copying /.test(line)) {
        copied += 1
        if (copied % 20 === 0) log(`${copied} jars…`)
      }
      if (error === '' && line.startsWith('[ERROR]')) error = withoutAddresses(line.slice(8, 300))
    })
    child.on('error', (thrown) => resolve(thrown.message))
    child.on('close', (code) => resolve(code === 0 ? null : error || `exit ${code}`))
  })
}

/** A mirror's address may hold credentials. */
const withoutAddresses = (text: string) => text.replace(/[a-z]+:\/\/\S+/gi, '(address)')
