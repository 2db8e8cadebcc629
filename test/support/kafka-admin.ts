import kafkajs, { type Admin } from 'kafkajs'
import { Kafka, logLevel } from '../../src/event/kafka/kafka-client.ts'

export const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

/** An administrator's connection that fails quickly and says nothing. */
export function createKafkaAdmin(brokers: readonly string[]): Admin {
  const client = new Kafka({
    clientId: 'vireo-test-admin',
    brokers: [...brokers],
    connectionTimeout: 1000,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  })
  return client.admin()
}
