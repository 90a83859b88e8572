// The synthetic check: one request through the whole chain. Environment: URL, EXPECTED_STATUS, HEADER and
// SECRET_ARN ("none" or the ARN of the secret whose value authenticates the request).
//
// What runs is canary.zip.base64. Make it again after an edit, from this folder; the same script gives the same bytes:
// d=$(mktemp -d) && f=nodejs/node_modules/canary.js && mkdir -p "$d/${f%/*}" && cp canary.js "$d/$f" && chmod 644 "$d/$f" && TZ=UTC touch -t 198001010000 "$d/$f" && (cd "$d" && TZ=UTC zip -0DXq c.zip $f && base64 -w0 c.zip && echo) > canary.zip.base64
const synthetics = require('@aws/synthetics-puppeteer');
const { GetSecretValueCommand, SecretsManagerClient } = require('@aws-sdk/client-secrets-manager');

const credential = async (arn) => {
  if (arn === 'none') return undefined;
  const secret = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: arn }));
  return secret.SecretString;
};

exports.handler = async () => {
  const url = new URL(process.env.URL);
  const expected = Number(process.env.EXPECTED_STATUS);
  const header = process.env.HEADER;
  const value = await credential(process.env.SECRET_ARN);

  const request = {
    hostname: url.hostname,
    method: 'GET',
    path: url.pathname + url.search,
    port: 443,
    protocol: 'https:',
    headers: value === undefined ? {} : { [header]: value },
  };

  const check = async (response) => {
    response.resume();
    if (response.statusCode !== expected) {
      throw new Error(`answered ${response.statusCode}, expected ${expected}`);
    }
  };

  // Bodies are not kept; the credential never reaches the report.
  await synthetics.executeHttpStep('request', request, check, {
    includeRequestHeaders: false,
    includeResponseHeaders: false,
    includeRequestBody: false,
    includeResponseBody: false,
    restrictedHeaders: [header],
  });
};
