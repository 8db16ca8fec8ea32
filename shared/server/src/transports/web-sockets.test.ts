import { RawClient } from '../testing/raw-client.ts';
import { transportSuite } from '../testing/transport-suite.ts';

transportSuite('WebSockets', (url) => RawClient.connect(url));
