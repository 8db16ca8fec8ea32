export { type HealthSource, RedisMetrics } from './redis-metrics.ts';
