export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[]
}

/** Every metric there is. Reporting under another name is a bug and throws. */
export const metricTable = {
  vireo_drops_total: {
    type: 'counter',
    help: 'Things discarded because a buffer was full or input was unusable.',
    labels: ['stage', 'reason', 'camera'],
  },
  vireo_log_lines_lost_total: {
    type: 'counter',
    help: 'Lines of the log and of the output that could not be written.',
    labels: [],
  },
  vireo_frames_total: { type: 'counter', help: 'Decoded frames.', labels: ['camera'] },
  vireo_sound_seconds_total: { type: 'counter', help: 'Decoded sound, seconds.', labels: ['camera'] },
  vireo_clips_total: { type: 'counter', help: 'Clips cut for a model.', labels: ['camera', 'model'] },
  vireo_camera_state: {
    type: 'gauge',
    help: '1 for the state that the camera is in, 0 for the others.',
    labels: ['camera', 'state'],
  },
  vireo_camera_picture: {
    type: 'gauge',
    help: '1 for what the picture of the camera is like, 0 for the others.',
    labels: ['camera', 'picture'],
  },
  vireo_camera_missing: {
    type: 'gauge',
    help: '1 while the camera gives pictures but no packets to record, or no sound; 0 otherwise.',
    labels: ['camera', 'product'],
  },
  vireo_camera_damage_total: {
    type: 'counter',
    help: 'Complaints of the decoder about broken or missing data.',
    labels: ['camera'],
  },
  vireo_camera_restarts_total: {
    type: 'counter',
    help: 'Restarts of a camera process by reason.',
    labels: ['camera', 'reason'],
  },
  vireo_tracks: { type: 'gauge', help: 'People and objects that are followed now.', labels: ['camera'] },
  vireo_infer_clips_total: { type: 'counter', help: 'Clips scored.', labels: ['model'] },
  vireo_infer_run_seconds: { type: 'summary', help: 'Duration of one inference run.', labels: ['model'] },
  vireo_infer_batch_size: {
    type: 'histogram',
    help: 'Clips in one inference run.',
    labels: ['model'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  },
  vireo_infer_queue_clips: { type: 'gauge', help: 'Clips waiting for inference.', labels: ['model'] },
  vireo_infer_wait_seconds: {
    type: 'summary',
    help: 'Time that a clip waited for its batch.',
    labels: ['model'],
  },
  vireo_infer_faults_total: {
    type: 'counter',
    help: 'Batches that failed or were lost, and clips whose scores were not finite.',
    labels: ['model', 'reason'],
  },
  vireo_infer_workers: {
    type: 'gauge',
    help: 'Inference workers that are ready, by the provider that they really use.',
    labels: ['model', 'provider'],
  },
  vireo_infer_precision: {
    type: 'gauge',
    help: 'Which graph of a quantised model serves on this processor: 1 for it, 0 for the other.',
    labels: ['model', 'graph'],
  },
  vireo_infer_worker_restarts_total: {
    type: 'counter',
    help: 'Inference workers that ended and were started again.',
    labels: ['model'],
  },
  vireo_stride_scale: {
    type: 'gauge',
    help: 'Factor by which strides are lengthened because inference is saturated.',
    labels: ['model'],
  },
  vireo_model_live: {
    type: 'gauge',
    help: '1 for the version of the model that is live, 0 for those that were.',
    labels: ['model', 'version'],
  },
  vireo_model_shadow_clips_total: {
    type: 'counter',
    help: 'Live clips that a version in the shadow judged (agrees, differs) or was spared (skipped).',
    labels: ['model', 'result'],
  },
  vireo_model_rollouts_total: {
    type: 'counter',
    help: 'New versions that took over, were dismissed from the shadow, or rolled back.',
    labels: ['model', 'outcome'],
  },
  vireo_alert_steps_total: {
    type: 'counter',
    help: 'Alert steps by phase.',
    labels: ['camera', 'rule', 'phase'],
  },
  vireo_samples_total: {
    type: 'counter',
    help: 'Clips chosen for review beside those of alerts, by why.',
    labels: ['camera', 'reason'],
  },
  vireo_record_clips_total: {
    type: 'counter',
    help: 'Clips of alerts and samples that were finished, by why they end where they do.',
    labels: ['camera', 'reason'],
  },
  vireo_record_failures_total: {
    type: 'counter',
    help: 'Clips that could not be written or finished, by error code. Their parts are kept.',
    labels: ['camera', 'code'],
  },
  vireo_record_ok: {
    type: 'gauge',
    help: '1 while what a live camera sends can be recorded; 0 while it cannot.',
    labels: ['camera'],
  },
  vireo_record_segments_total: {
    type: 'counter',
    help: 'Finished segments of the continuous recording.',
    labels: ['camera'],
  },
  vireo_record_removed_total: {
    type: 'counter',
    help: 'Clips removed by retention, by rule.',
    labels: ['camera', 'reason'],
  },
  vireo_record_tier_segments_total: {
    type: 'counter',
    help: 'Old segments that were re-encoded (tiered) or stay as they were, by why.',
    labels: ['camera', 'result'],
  },
  vireo_record_tier_saved_bytes_total: {
    type: 'counter',
    help: 'Bytes saved by re-encoding old segments.',
    labels: ['camera'],
  },
  vireo_record_tier_ssim: {
    type: 'summary',
    help: 'Structural similarity of re-encoded segments to their originals, 0–1.',
    labels: ['camera'],
  },
  vireo_record_tier_paused: {
    type: 'gauge',
    help: '1 while re-encoding stands still because the live path needs the cores.',
    labels: [],
  },
  vireo_record_clock_doubt: {
    type: 'gauge',
    help: '1 while the clock of the machine is not believed, because it moved by more than a day; 0 otherwise.',
    labels: [],
  },
  vireo_record_disk_free_bytes: {
    type: 'gauge',
    help: 'Free space where clips are kept.',
    labels: [],
  },
  vireo_outbox_pending: {
    type: 'gauge',
    help: 'Events accepted and not yet taken by a receiver.',
    labels: ['sink'],
  },
  vireo_outbox_oldest_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest event that waits was accepted, seconds of Unix time; 0 when none waits.',
    labels: ['sink'],
  },
  vireo_outbox_oldest_seconds: {
    type: 'gauge',
    help: 'The same as vireo_outbox_oldest_timestamp_seconds, under its former name, which reads like an age.',
    labels: ['sink'],
  },
  vireo_store_unreadable_rows_total: {
    type: 'counter',
    help: 'Rows of a database that could not be read and were passed over.',
    labels: ['table'],
  },
  vireo_store_ok: {
    type: 'gauge',
    help: '1 while events can be stored; 0 while the data directory is gone, read-only, full or damaged.',
    labels: [],
  },
  vireo_event_dead_letters_total: {
    type: 'counter',
    help: 'Events that a receiver will never take; kept in the database.',
    labels: ['sink'],
  },
  vireo_event_latency_seconds: {
    type: 'summary',
    help: 'Time from the arrival of the causing frame to the end of a stage.',
    labels: ['stage'],
  },
  vireo_event_publish_failures_total: {
    type: 'counter',
    help: 'Batches that a publisher did not accept.',
    labels: ['publisher'],
  },
} as const satisfies Record<string, Metric>
