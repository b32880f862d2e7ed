// Verifies a webhook. Run: WEBHOOK_SECRET=whsec_... go run webhook_verify.go ID TIMESTAMP SIGNATURES < body
//
// In a handler of net/http, read the body with io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)), and the headers with
// r.Header.Get("webhook-id"), "webhook-timestamp" and "webhook-signature". Answer 204, or 400 if IsSigned returns false.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

const tolerance = 5 * time.Minute

// IsSigned tells whether we signed exactly these bytes, in the last five minutes. body: as it arrived, before it is parsed.
func IsSigned(secret, id, timestamp, signatures string, body []byte) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	// More than one signature while a secret is replaced.
	for _, given := range strings.Split(signatures, " ") {
		if hmac.Equal([]byte(expected), []byte(given)) {
			return true
		}
	}
	return false
}

func main() {
	body, err := io.ReadAll(os.Stdin)
	if err != nil || len(os.Args) != 4 || !IsSigned(os.Getenv("WEBHOOK_SECRET"), os.Args[1], os.Args[2], os.Args[3], body) {
		os.Exit(1)
	}
}
