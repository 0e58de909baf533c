"""Compiles recorded traffic into rows. From the bottom up, each layer imports only those below it.

texts       words of names and values: what is a secret, an id, a time
model       one request with its answer, whatever file it came from
reading     HAR, Postman collections and curl commands -> exchanges
filters     which exchanges are left out, and why
routes      URLs -> route names
slots       the values of a request, and its template
sources     the values of an answer, and where they are found again
correlate   which value comes from where
ownership   which writes only touch what the journey created
rows        exchanges and decisions -> rows
table       data/traffic.jsonl and the files beside it
logs        access logs -> mix of routes and arrival rate
cli         the commands
"""
