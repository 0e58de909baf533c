// Package mongo is a stand-in for xk6-mongo, which no module registry that the tests may use holds. It has
// the same JavaScript API (names, nulls, exceptions) for the calls that the suite makes, over the
// official Go driver. It is for the tests of this repository only.
package mongo

import (
	"context"
	"errors"
	"log"
	"time"

	"go.k6.io/k6/js/modules"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// pingLimit is how long the extension waits for a server, unless the address says less.
const pingLimit = 10 * time.Second

func init() {
	modules.Register("k6/x/mongo", new(Mongo))
}

// Mongo is what a script imports.
type Mongo struct{}

// Client is a connection of its own.
type Client struct {
	client *mongo.Client
}

// NewClient connects; null when there is no server, never an exception.
func (*Mongo) NewClient(uri string) interface{} {
	ctx, cancel := context.WithTimeout(context.Background(), pingLimit)
	defer cancel()
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri))
	if err == nil {
		err = client.Ping(ctx, nil)
	}
	if err != nil {
		log.Println("Error while establishing a connection to MongoDB")
		return nil
	}
	return &Client{client}
}

func (c *Client) collection(database, collection string) *mongo.Collection {
	return c.client.Database(database).Collection(collection)
}

// documents runs out a cursor; an empty result is an empty array.
func documents(cursor *mongo.Cursor, err error) ([]bson.M, error) {
	if err != nil {
		return nil, err
	}
	result := []bson.M{}
	err = cursor.All(context.Background(), &result)
	return result, err
}

// Find returns the documents that match, sorted, at most limit of them (0: all).
func (c *Client) Find(database, collection string, filter, sort interface{}, limit int64) ([]bson.M, error) {
	find := options.Find().SetLimit(limit)
	if sort != nil {
		find.SetSort(sort)
	}
	return documents(c.collection(database, collection).Find(context.Background(), orAll(filter), find))
}

// FindAll returns every document.
func (c *Client) FindAll(database, collection string) ([]bson.M, error) {
	return c.Find(database, collection, nil, nil, 0)
}

// FindOne returns one document and throws when there is none.
func (c *Client) FindOne(database, collection string, filter interface{}) (bson.M, error) {
	var result bson.M
	err := c.collection(database, collection).FindOne(context.Background(), orAll(filter)).Decode(&result)
	return result, err
}

// CountDocuments counts what matches.
func (c *Client) CountDocuments(database, collection string, filter interface{}) (int64, error) {
	return c.collection(database, collection).CountDocuments(context.Background(), orAll(filter))
}

// Aggregate runs a pipeline.
func (c *Client) Aggregate(database, collection string, pipeline []interface{}) ([]bson.M, error) {
	return documents(c.collection(database, collection).Aggregate(context.Background(), pipeline))
}

// InsertMany inserts documents.
func (c *Client) InsertMany(database, collection string, docs []interface{}) error {
	_, err := c.collection(database, collection).InsertMany(context.Background(), docs)
	return err
}

// UpdateMany changes fields of what matches.
func (c *Client) UpdateMany(database, collection string, filter, fields interface{}) error {
	if fields == nil {
		return errors.New("nothing to set")
	}
	_, err := c.collection(database, collection).UpdateMany(
		context.Background(), orAll(filter), bson.M{"$set": fields})
	return err
}

// DeleteMany removes what matches.
func (c *Client) DeleteMany(database, collection string, filter interface{}) error {
	_, err := c.collection(database, collection).DeleteMany(context.Background(), orAll(filter))
	return err
}

// Disconnect closes the connection.
func (c *Client) Disconnect() error {
	return c.client.Disconnect(context.Background())
}

func orAll(filter interface{}) interface{} {
	if filter == nil {
		return bson.M{}
	}
	return filter
}
