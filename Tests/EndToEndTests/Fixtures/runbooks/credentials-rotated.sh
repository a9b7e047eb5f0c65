# shellcheck shell=bash
# needs: s3
# Both secrets were changed on the same evening: the password of the role, and the key of the bucket.
start_server db1
make_bucket
make_shop
sql -d shop -c "CREATE ROLE backup LOGIN IN ROLE pg_read_all_data PASSWORD 'of yesterday'"
ask_for_passwords db1
mkdir secrets
key=$AWS_ACCESS_KEY_ID
echo 'of yesterday' >secrets/shop
printf '[backups]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >secrets/aws
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
export AWS_SHARED_CREDENTIALS_FILE=$PWD/secrets/aws
SHOP_URL="postgresql://backup@127.0.0.1:$PGPORT/shop" SHOP_KEYS='password_file = "secrets/shop"' \
  STORE_KEYS=$'credentials = "file"\nprofile = "backups"' write_job_file 'globals = false' </dev/null
dbops run nightly
sql -d shop -c "ALTER ROLE backup PASSWORD 'of today'"
s3_admin key create --access-key="$key" --secret-key=key-of-today
printf 'of today\n' >secrets/shop.new
printf '[backups]\naws_access_key_id = %s\naws_secret_access_key = key-of-today\n' "$key" >secrets/aws.new
dbops run nightly || [ $? = 77 ]
