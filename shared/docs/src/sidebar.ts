/** A group of pages in the navigation: its title, and the title and address of each page. */
export interface PageGroup {
  readonly text: string;
  readonly pages: readonly (readonly [title: string, address: string])[];
}

/** The navigation of the documentation. Each page is in it once; a test checks it. */
export const sidebar: readonly PageGroup[] = [
  {
    text: 'Tutorial',
    pages: [
      ['A chat in five minutes', '/tutorial/first-hub'],
      ['The lessons', '/tutorial/lessons'],
      ['Examples', '/tutorial/examples'],
    ],
  },
  {
    text: 'Guides: hubs',
    pages: [
      ['Write a hub', '/guides/hubs'],
      ['Groups and users', '/guides/groups'],
      ['Share types with the client', '/guides/contract'],
      ['Use it in React', '/guides/react'],
      ['Send from outside a hub', '/guides/hub-context'],
      ['Validate arguments', '/guides/validation'],
      ['Streams and uploads', '/guides/streams'],
      ['Call a client and wait', '/guides/client-results'],
      ['Reconnect and recover', '/guides/reconnect'],
      ['Recovery after a crash', '/guides/recovery'],
      ['Test hubs', '/guides/testing'],
      ['Questions and errors', '/guides/troubleshooting'],
    ],
  },
  {
    text: 'Guides: server',
    pages: [
      ['Hosting', '/guides/hosting'],
      ['Authentication and authorization', '/guides/authentication'],
      ['Pages of other origins (CORS)', '/guides/origins'],
      ['Connections without a hub', '/guides/raw-connections'],
      ['Logging', '/guides/logging'],
      ['Health checks', '/guides/health'],
      ['Filters, traces and metrics', '/guides/metrics'],
      ['Bundle and minify', '/guides/bundling'],
      ['Tune the performance', '/guides/performance'],
    ],
  },
  {
    text: 'Guides: production',
    pages: [
      ['Harden a server', '/guides/hardening'],
      ['All cores of a machine', '/guides/cores'],
      ['Several servers', '/guides/several-servers'],
      ['Scale out with Redis', '/guides/redis'],
      ['Restart without a reconnect', '/guides/rolling-restart'],
      ['Presence', '/guides/presence'],
      ['Send from a worker process', '/guides/workers'],
      ['With ASP.NET Core servers', '/guides/aspnet-core-servers'],
      ['Azure SignalR Service', '/guides/azure'],
      ['Azure on your machine', '/guides/azure-emulator'],
      ['nginx, HAProxy and Caddy', '/guides/reverse-proxies'],
      ['Docker and Kubernetes', '/guides/kubernetes'],
    ],
  },
  {
    text: 'Reference',
    pages: [
      ['Hub members', '/reference/hub'],
      ['Options of the server', '/reference/options'],
      ['Options of Redis', '/reference/redis-options'],
      ['Options of Azure', '/reference/azure-options'],
      ['Options of the emulator', '/reference/azure-emulator-options'],
      ['Limits', '/reference/limits'],
      ['Errors', '/reference/errors'],
      ['Guarantees', '/reference/guarantees'],
      ['Protocol notes', '/reference/protocol'],
      ['Test strength', '/reference/test-strength'],
      ['Commands', '/reference/commands'],
    ],
  },
  {
    text: 'Reference: API',
    pages: [
      ['All entry points', '/reference/api/'],
      ['server', '/reference/api/server'],
      ['server/client', '/reference/api/server/client'],
      ['server/hub-context', '/reference/api/server/hub-context'],
      ['server/react', '/reference/api/server/react'],
      ['server/testing', '/reference/api/server/testing'],
      ['server/cluster', '/reference/api/server/cluster'],
      ['server/fastify', '/reference/api/server/fastify'],
      ['server/opentelemetry', '/reference/api/server/opentelemetry'],
      ['server/scale-out', '/reference/api/server/scale-out'],
      ['server/lifetime-suite', '/reference/api/server/lifetime-suite'],
      ['server/transports', '/reference/api/server/transports'],
      ['redis', '/reference/api/redis'],
      ['redis/opentelemetry', '/reference/api/redis/opentelemetry'],
      ['redis/local', '/reference/api/redis/local'],
      ['azure', '/reference/api/azure'],
      ['azure/management', '/reference/api/azure/management'],
      ['azure/service-protocol', '/reference/api/azure/service-protocol'],
      ['azure-emulator', '/reference/api/azure-emulator'],
      ['protocol', '/reference/api/protocol'],
    ],
  },
  {
    text: 'Explanation',
    pages: [
      ['Architecture', '/explanation/architecture'],
      ['How a message travels', '/explanation/message-path'],
      ['What is recorded', '/explanation/recordings'],
      ['Security model', '/explanation/security'],
      ['Threat model', '/explanation/threat-model'],
      ['Coming from ASP.NET Core', '/explanation/from-aspnet-core'],
      ['Coming from Socket.IO', '/explanation/from-socket-io'],
      ['What differs on purpose', '/explanation/differences'],
    ],
  },
];
