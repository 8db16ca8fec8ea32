import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Why a schema rejected a value. */
export type SchemaIssue = StandardSchemaV1.Issue;

/** The maximum number of issues in a message. */
const MAXIMUM_ISSUES = 5;

/**
 * Returns the messages of the issues with their paths.
 * @example
 * formatIssues(issues); // 'address.zip: Expected a string.'
 */
export const formatIssues = (issues: readonly SchemaIssue[]): string =>
  issues
    .slice(0, MAXIMUM_ISSUES)
    .map((issue) => (hasPath(issue) ? `${formatPath(issue)}: ${issue.message}` : issue.message))
    .join(' ');

/** Returns the paths of the issues, without their messages, which may contain values. */
export const formatPaths = (issues: readonly SchemaIssue[]): string =>
  issues.slice(0, MAXIMUM_ISSUES).map(formatPath).join(', ');

const hasPath = ({ path }: SchemaIssue): boolean => path !== undefined && path.length > 0;

/** Formats a path as in JavaScript: 'items[0].name', or '$' for the whole value. */
function formatPath({ path = [] }: SchemaIssue): string {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
  const text = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  return text.join('').replace(/^\./, '') || '$';
}
