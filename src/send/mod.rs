//! The door out: message, DKIM, SMTP, sendmail, files.
