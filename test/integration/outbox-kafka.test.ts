import { describe, expect, it } from 'vitest'
import { killRounds } from '../bench/outbox/outbox.ts'
import { skipKafka } from '../support/kafka-broker.ts'

describe.skipIf(skipKafka('control'))('outbox with a real broker', () => {
  it('brings every accepted alert to Kafka through 20 times kill -9 and an outage, in order', async () => {
    const result = await killRounds({ rounds: 20, perRound: 60, total: 0, outageRound: 8, log: () => {} })
    expect(result.accepted).toBeGreaterThan(400)
    expect(result).toMatchObject({ lost: 0, outOfOrder: 0 })
    expect(result.markedAsReplay).toBeGreaterThanOrEqual(result.duplicates)
  })
})
