import { prepareKafka } from './kafka-broker.ts'
import { prepareMachine, systemTools } from './prepare-machine.ts'
import { preparePythonClient } from './python-client.ts'

/** Before the system tests: what they need and the machine lacks is installed where that is possible. */
export async function setup(): Promise<void> {
  const log = (line: string) => process.stderr.write(`set-up: ${line}\n`)
  const { missing, instruction } = await prepareMachine(
    ['ffmpeg', 'rtspServer', 'java', 'maven', 'chromium'],
    log,
  )
  if (missing.length > 0) {
    const names = missing.map((id) => systemTools[id].name).join(', ')
    log(`${names} missing: the tests that need them are skipped and say so. To install: ${instruction}`)
  }
  const noKafka = await prepareKafka({ log })
  if (noKafka) log(`Kafka is missing, its tests are skipped: ${noKafka}`)
  const noPython = await preparePythonClient(log)
  if (noPython) log(`a Kafka client for Python is missing, its example is skipped: ${noPython}`)
}
