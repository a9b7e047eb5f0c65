"""What the S3 server can take: a multipart upload by a client that does nearly nothing.

The part's hash is computed once, before the clock starts, so that only sending costs.
"""
import datetime
import hashlib
import hmac
import http.client
import os
import queue
import re
import threading
import time
from urllib.parse import quote, urlparse

EMPTY = hashlib.sha256(b"").hexdigest()


class Client:
    def __init__(self, endpoint, access_key, secret_key, region="us-east-1"):
        self.endpoint, self.access_key, self.secret_key, self.region = urlparse(endpoint), access_key, secret_key, region
        self.connection = http.client.HTTPConnection(self.endpoint.hostname, self.endpoint.port, timeout=120, blocksize=1 << 20)

    def request(self, method, path, query=None, body=b"", sha256=None):
        sha256 = sha256 or (hashlib.sha256(body).hexdigest() if body else EMPTY)
        text = "&".join(sorted(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in (query or {}).items()))
        self.connection.request(method, path + ("?" + text if text else ""), body=body, headers=self.signed(method, path, text, sha256))
        response = self.connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {answer[:300]}")
        return response.headers, answer

    def signed(self, method, path, query, sha256):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": self.endpoint.netloc, "x-amz-content-sha256": sha256, "x-amz-date": now}
        names = ";".join(headers)
        canonical = "\n".join([method, path, query, "".join(f"{k}:{v}\n" for k, v in headers.items()), names, sha256])
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        key = ("AWS4" + self.secret_key).encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, SignedHeaders={names}, "
                                    f"Signature={signature}")
        return headers


def upload(endpoint, bucket, size, part_mib=16, connections=4):
    """Seconds for about `size` bytes; the object is removed again."""
    credentials = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    data = os.urandom(part_mib << 20)
    sha256 = hashlib.sha256(data).hexdigest()
    path = f"/{bucket}/ceiling"
    client = Client(endpoint, *credentials)
    started = time.monotonic()
    upload_id = re.search(rb"<UploadId>([^<]*)", client.request("POST", path, {"uploads": ""})[1]).group(1).decode()
    parts, tags, failures = queue.Queue(), {}, []
    count = max(1, size // len(data))
    # The last part is what is left, so that sizes compare.
    last = data[:size - (count - 1) * len(data)] if size < 2 * len(data) else data
    for number in range(1, count + 1):
        parts.put(number)

    def work():
        own = Client(endpoint, *credentials)
        while not failures:
            try:
                number = parts.get_nowait()
            except queue.Empty:
                return
            try:
                body, digest = (data, sha256) if number < count else (last, None)
                tags[number] = own.request("PUT", path, {"partNumber": str(number), "uploadId": upload_id}, body, digest)[0]["ETag"]
            except Exception as failure:
                failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    listed = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{tags[n]}</ETag></Part>" for n in sorted(tags))
    client.request("POST", path, {"uploadId": upload_id}, f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode())
    seconds = time.monotonic() - started
    client.request("DELETE", path)
    return seconds * size / ((count - 1) * len(data) + len(last))
